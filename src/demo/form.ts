// The demo form: what a small chain of cafés asks its guests.
import type { CreateFormInput } from "../forms";

export const DEMO_SLUG = "customer-feedback";

export const DEMO_FORM: CreateFormInput = {
  title: "How was your visit?",
  slug: DEMO_SLUG,
  description: "Two minutes for Riverside Coffee. We read every answer.",
  schema: {
    fields: [
      {
        name: "branch",
        type: "select",
        label: "Which of our cafés?",
        required: true,
        options: [
          { value: "harbour", label: "Harbour" },
          { value: "old_town", label: "Old Town" },
          { value: "station", label: "Central Station" },
        ],
      },
      { name: "visited_on", type: "date", label: "When were you here?", validation: { max: "today" } },
      {
        name: "rating",
        type: "rating",
        label: "Your visit, all in all",
        required: true,
        validation: { min: 1, max: 5 },
      },
      { name: "recommend", type: "nps", label: "How likely are you to recommend us to a friend?", required: true },
      {
        name: "went_wrong",
        type: "long_text",
        label: "What went wrong?",
        description: "Be frank: this goes to the manager of the café, nobody else.",
        validation: { max_length: 1000 },
      },
      {
        name: "liked",
        type: "multi_select",
        label: "What did you like?",
        options: [
          { value: "coffee", label: "The coffee" },
          { value: "food", label: "The food" },
          { value: "service", label: "The people" },
          { value: "atmosphere", label: "The place" },
          { value: "price", label: "The prices" },
        ],
      },
      { name: "spent", type: "currency", label: "About how much did you spend?", currency: "EUR", validation: { min: 0, max: 500 } },
      { name: "come_again", type: "yes_no", label: "Will you come again?" },
      {
        name: "comment",
        type: "long_text",
        label: "Anything else?",
        validation: { max_length: 1000 },
      },
      { name: "email", type: "email", label: "Your e-mail, if you would like a reply", placeholder: "you@example.com" },
    ],
    rules: [
      {
        id: "ask_what_went_wrong",
        when: { all: [{ field: "recommend", condition: "at_most", value: 6 }] },
        then: [{ action: "show", targets: ["went_wrong"] }],
      },
    ],
    settings: { thank_you: "Thank you. The next coffee tastes better because of you." },
  },
};
