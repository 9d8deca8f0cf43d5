// What everything printed looks like, by what is dressed. Of two rules of equal weight the later wins: the order is part of it.
import CONTENTS from "./contents.css";
import COVER from "./cover.css";
import FIGURES from "./figures.css";
import PAGE from "./page.css";
import PREVIEW from "./preview.css";
import RESPONSE from "./response.css";
import RUNNING from "./running.css";
import SUMMARY from "./summary.css";

export const STYLES = [PAGE, COVER, CONTENTS, FIGURES, SUMMARY, RESPONSE, RUNNING, PREVIEW].join("\n");
