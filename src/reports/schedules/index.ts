export { createSchedule, deleteSchedule, updateSchedule } from "./change";
export { runDueSchedules, runScheduleNow } from "./claim";
export { type Delivery, listDeliveries, settleRecipients } from "./deliveries";
export { takeMailEvents } from "./mail-events";
export { getSchedule, listSchedules, type Schedule } from "./read";
export { type Run, SCHEDULED_REPORT } from "./run";
export { ScheduleChange, ScheduleFields, ScheduleOptions } from "./schemas";
export { addSuppression, EVERYTHING, listSuppressions, removeSuppression, type Suppression } from "./suppressions";
export { readSubscription, unsubscribe } from "./unsubscribe";
