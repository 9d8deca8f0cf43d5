export { type Calculate, calculateFor, compileCalculated, typesOfCalculated } from "./calculated";
export { describeAnswers } from "./describe";
export { type ResponseFacts, responseScope, responseValues } from "./scope";
