import { stylesheet } from "../look/stylesheets";
import FORM_CSS from "./form.css";

export const FORM_STYLE = stylesheet("form", FORM_CSS);
