import type { BenchRequest } from "./types.ts";

const BRANCHES = ["harbour", "old_town", "station"];
const LIKED = ["coffee", "food", "service", "atmosphere", "price"];

/** An answer to the demo form, each a little different; every rule and field of it is walked. */
export function submission(slug: string, number: number): BenchRequest {
  const recommend = number % 11;
  const data = {
    branch: BRANCHES[number % 3],
    rating: (number % 5) + 1,
    recommend,
    ...(recommend <= 6 ? { went_wrong: "The queue was long and the milk was cold." } : {}),
    liked: [LIKED[number % 5]],
    spent: 4.5 + (number % 20),
    come_again: number % 4 !== 0,
    comment: `Visit number ${number}: it was good, thank you very much for asking.`,
    email: `guest${number}@example.com`,
  };
  return {
    method: "POST",
    path: `/api/v1/forms/${slug}/responses`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data }),
  };
}
