// pure. Answers that nobody gave, for a look at a template before there are real ones. The same every time.
import type { FormSchema } from "../../forms";
import type { ResponseRow } from "../../store";

export const SAMPLE_FORM: { title: string; schema: FormSchema } = {
  title: "Sample report",
  schema: {
    fields: [
      { name: "name", type: "short_text", label: "Your name" },
      {
        name: "satisfied",
        type: "radio",
        label: "How satisfied are you with our service?",
        options: [
          { value: "very", label: "Very satisfied" },
          { value: "mostly", label: "Mostly satisfied" },
          { value: "neither", label: "Neither satisfied nor dissatisfied" },
          { value: "not", label: "Not satisfied" },
        ],
      },
      { name: "recommend", type: "nps", label: "How likely are you to recommend us?" },
      { name: "visits", type: "number", label: "How often did you visit this year?" },
      { name: "comment", type: "long_text", label: "What could we do better?" },
    ],
  },
};

const NAMES = ["Amara Okafor", "Jonas Lindqvist", "Mei Tanaka", "Luís Carvalho", "Fatima Zahra"];
const LEVELS = ["very", "mostly", "very", "neither", "mostly", "very", "not"];
const SCORES = [9, 10, 8, 7, 9, 5, 10, 9, 6];
const COMMENTS = [
  "Longer opening hours on Saturdays would help people who work during the week.",
  "Nothing at all: the people at the counter are wonderful.",
  "Opening hours, opening hours, opening hours.",
];
const DAY_MS = 86_400_000;

export function sampleRows(now: number, count: number): ResponseRow[] {
  return Array.from({ length: count }, (_, i) => {
    const at = now - (count - i) * DAY_MS;
    const comment = i % 2 === 0 ? { comment: COMMENTS[i % COMMENTS.length] } : {};
    return {
      id: `rsp_sample${i}`,
      formId: "frm_sample",
      shard: 0,
      seq: i + 1,
      lastSeq: i + 1,
      formVersion: 1,
      status: "complete",
      submittedAt: at,
      startedAt: at - 120_000,
      durationMs: 90_000 + ((i * 37) % 60) * 1_000,
      updatedAt: at,
      deletedAt: null,
      erasedAt: null,
      dataHash: "",
      meta: {},
      data: {
        name: NAMES[i % NAMES.length],
        satisfied: LEVELS[i % LEVELS.length],
        recommend: SCORES[i % SCORES.length],
        visits: 1 + ((i * 5) % 11),
        ...comment,
      },
    };
  });
}
