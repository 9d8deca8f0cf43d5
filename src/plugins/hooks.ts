// pure. Which hook hears of which event.

const EVENT_HOOKS = {
  "response.submitted": "onResponseSubmitted",
  "response.updated": "onResponseUpdated",
  "response.deleted": "onResponseDeleted",
  "form.published": "onFormPublished",
  schedule: "onSchedule",
} as const;

export type PluginEventType = keyof typeof EVENT_HOOKS;
export const PLUGIN_EVENTS = Object.keys(EVENT_HOOKS) as [PluginEventType, ...PluginEventType[]];
export const VALIDATE = "validate";

export function hookOf(eventType: string): string | null {
  return Object.hasOwn(EVENT_HOOKS, eventType) ? EVENT_HOOKS[eventType as PluginEventType] : null;
}
