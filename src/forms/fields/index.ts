export { unansweredRows } from "./choices";
export { type FieldInfo, type FormIndex, indexForm, isContainer } from "./form-index";
export { numberRule, toNumber } from "./numbers";
export { type Matcher, matcher, whyUnsafe } from "./patterns";
export { isObject, own, type ReadEnv, Reading, type UploadFacts } from "./read";
export { type Answers, layOut, MAX_ISSUES, readQuietly, type Slot } from "./slots";
export { dateLimit, isDate } from "./times";
