// How the rest of Headwater reaches an endpoint's lane: one place that knows its name.

export interface LaneApi {
  /** There is something due. When it returns, that cannot be forgotten any more. */
  wake(): Promise<void>;
  /** The endpoint has changed. */
  changed(): Promise<void>;
  /** What was learned of its health is forgotten: somebody says that it works again. */
  resume(): Promise<void>;
}

export function laneOf(env: Pick<Env, "ENDPOINT_LANE">, webhookId: string): LaneApi {
  return env.ENDPOINT_LANE.getByName(webhookId) as unknown as LaneApi;
}
