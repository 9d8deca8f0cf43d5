export { captionOf, signed } from "./captions";
export { contrast, isHexColour, type Palette, paletteOf, ramp, textOn } from "./colour";
export { type BarItem, type ChartDefinition, type ChartKind, type ChartTheme, DEFAULT_THEME } from "./definition";
export { countText, decimalText, shareText } from "./numbers";
export { type Drawing, draw } from "./options";
export { type ChartPicture, chartSvg } from "./svg";
export { type ChartTable, chartTable } from "./table";
