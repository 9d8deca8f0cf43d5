export { identifyKey, KEY_PREFIX } from "./identify";
