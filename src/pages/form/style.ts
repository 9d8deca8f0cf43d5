import { stylesheet } from "../look/stylesheets";
import CONTROLS_CSS from "./controls/controls.css";
import FORM_CSS from "./form.css";

export const FORM_STYLE = stylesheet("form", CONTROLS_CSS, FORM_CSS);
