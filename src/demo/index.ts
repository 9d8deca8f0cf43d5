export { type DemoSeed, seedDemo } from "./seed";
