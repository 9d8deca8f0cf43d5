// A checked filter, ready for any store. Parsing it out of a request is the domain's work; here are only shapes.

export type FieldKind = "text" | "number" | "boolean" | "list" | "object" | "time";

/** `column` is one of ours; `data` and `meta` are paths into JSON, member names already checked against the form. */
export type FieldRef =
  | { in: "column"; name: "submitted_at" | "status" | "form_version"; kind: FieldKind }
  | { in: "data" | "meta"; path: readonly string[]; kind: FieldKind };

export type Scalar = string | number | boolean | null;

export type Condition =
  | { op: "and" | "or"; of: readonly Condition[] }
  | { op: "not"; of: Condition }
  | { op: "compare"; field: FieldRef; by: "eq" | "gt" | "gte" | "lt" | "lte"; value: Scalar }
  | { op: "in"; field: FieldRef; values: readonly Scalar[] }
  | { op: "exists"; field: FieldRef; exists: boolean }
  | { op: "contains"; field: FieldRef; value: Scalar };
