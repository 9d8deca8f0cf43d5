export { archiveForm, closeForm, reopenForm, restoreForm } from "./change-status";
export type { SchemaDifference } from "./compare";
export { type CreateFormInput, createForm } from "./create";
export * from "./definition";
export { duplicateForm } from "./duplicate";
export { calculateFor, describeAnswers, type ResponseFacts, responseScope, responseValues, typesOfCalculated } from "./expressions";
export { numberRule } from "./fields/numbers";
export { patternLimit } from "./fields/patterns";
export type { FindUpload, UploadFacts } from "./fields/read";
export { dateLimit } from "./fields/times";
export { getForm } from "./get";
export type { Form, FormStatus } from "./internal";
export { listForms } from "./list";
export { whyNotOpen } from "./opening";
export { type Publication, publishForm } from "./publish";
export { getPublicDocument, getPublishedForm, getPublishedInAnyState, type PublicFormDocument, type PublishedForm } from "./published";
export { evaluateRules, type RuleState } from "./rules";
export { SLUG_PATTERN } from "./slugs";
export { raiseSpread, type SpreadStep } from "./spread";
export { exportForm, FILE_FORMAT, FILE_VERSION, importForm } from "./transfer";
export { type UpdateFormInput, updateForm } from "./update";
export { evaluateAnswers } from "./validation";
export {
  compareVersions,
  type FormVersion,
  type FormVersionSummary,
  getVersion,
  listSchemas,
  listVersions,
  restoreVersion,
} from "./versions";
