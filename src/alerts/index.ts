export { type Alert, type AlertPort, alertPort, closeAlert, listAlerts, type NewAlert, SEVERITIES, type Severity } from "./alerts";
