// Every flag there is. A flag lives here while what it guards is being rolled out, and is deleted with its last question.

export interface FlagDeclaration {
  description: string;
  /** What holds until the operator says otherwise. */
  enabled: boolean;
  percentage: number;
}

export const FLAGS = {
  form_sharding: { description: "A hot form's ledger spreads over several by itself.", enabled: true, percentage: 100 },
} as const satisfies Record<string, FlagDeclaration>;

export type FlagKey = keyof typeof FLAGS;
export const FLAG_KEYS = Object.keys(FLAGS) as [FlagKey, ...FlagKey[]];
