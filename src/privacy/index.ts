export { ERASE_PERSON } from "./erase-person";
export { EXPORT_PERSON } from "./export-person";
export { type FoundInForm, findPerson } from "./find-person";
export { forgetErased } from "./forget-erased";
export type { Person } from "./person";
export { requestForPerson } from "./request";
export {
  downloadPersonExport,
  forgetPersonExports,
  getPrivacyRequest,
  listPrivacyRequests,
  type PrivacyRequest,
} from "./requests";
export { getRetention, RETAIN, type Retention, setRetention, startRetention } from "./retention";
