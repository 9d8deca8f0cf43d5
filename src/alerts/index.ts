export {
  type Alert,
  type AlertPort,
  alertPort,
  closeAlert,
  forgetOldAlerts,
  listAlerts,
  type NewAlert,
  SEVERITIES,
  type Severity,
} from "./alerts";
