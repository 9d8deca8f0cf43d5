export type { Cause } from "./causes";
export { DETECTOR_KINDS, type Detector, SENSITIVITIES, WINDOW_HOURS } from "./detect";
export { createDetector, deleteDetector, getDetector, listDetectors, type SavedDetector, updateDetector } from "./detectors";
export { type Anomaly, listAnomalies, tryDetector } from "./list";
export { checkDueForms, watchCommits } from "./watch";
