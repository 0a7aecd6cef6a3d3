// The voices to choose from, by language.

import { byId, element } from "./elements.js";

const names = new Intl.DisplayNames(["en"], { type: "language" });

export async function showVoices(api) {
  const { data } = await api.json("/v1/audio/voices");
  const own = data.filter((voice) => voice.language);
  const groups = Map.groupBy(own, (voice) => voice.language);
  byId("voice").replaceChildren(
    element("option", { value: "", textContent: "by the text's language" }),
    ...[...groups].sort().map(([language, voices]) =>
      element(
        "optgroup",
        { label: names.of(language) ?? language },
        ...voices.map((voice) => element("option", { value: voice.id, textContent: voice.name })),
      ),
    ),
  );
}
