export { type Claim, describeUploads, uploadsInAnswer } from "./answer";
export type { Visitor } from "./begin";
export {
  CarriedUpload,
  carriedUploads,
  expectUploads,
  type LyingUpload,
  settleUploads,
  uploadsToCarry,
} from "./carry";
export { type FileField, fileFields, renameUploads, uploadsNamedIn, withoutTurns } from "./fields";
export { expireUploads, followUploads, hasUploads } from "./follow";
export { MAX_IN_ONE_REQUEST, PART_BYTES } from "./limits";
export { type LinkedFile, linksOf } from "./links";
export { deleteUpload, getUpload, linkToUpload, listUploads, type OpenedUpload, openLinkedUpload, openUpload } from "./read";
export { abortUpload, beginUpload, completeUpload, getUploadState, putPart, type UploadState } from "./resumable";
export type { Upload } from "./rows";
export { scanPending } from "./scan";
export { uploadFile } from "./upload";
