// pure. Words that say nothing about what an answer is about, of three letters and more; shorter ones are not counted at all.

const LISTS = {
  en: `the and for are but not you all any can had her was one our out his has him how its may now did get who why she too use that this
    with have from they will would there their what about which when your said each were been than then them these some into very just
    more most also only other could should because does doing being such where here over under again once both few own same while after
    before between during through against until don isn aren wasn weren hasn haven hadn won wouldn couldn shouldn doesn didn`,
  de: `der die das und ist ich nicht ein eine einen einem einer eines mit von dem den des auf für sich auch als wie aus bei nach noch nur
    oder aber wir ihr sie man mir mich uns euch ihm ihn ihnen hat haben hatte war waren sind wird werden wurde wurden kann können sehr
    dass daß weil wenn dann doch schon hier dort beim zum zur vom über unter durch gegen ohne zwischen vor während diese dieser dieses
    diesem diesen jede jeder jedes alle alles mehr kein keine keinen keiner sein seine seinen seiner ihre ihren ihrer mein meine bin bist`,
  fr: `les des une est pas que qui dans pour sur par avec sont aux plus mais nous vous ils elle elles son ses leur leurs cette ces cet ont
    été être avoir fait comme tout tous toute toutes très bien aussi sans sous entre donc alors quand même notre votre mes tes moi toi lui
    eux ait avait était étaient avez avons suis ainsi car chez ceux celle celui dont encore`,
  es: `los las una unos unas del que con por para como más pero sus este esta estos estas ese esa esos esas está están fue son ser muy sin
    sobre también entre cuando todo todos toda todas nos les han hay era eran hasta desde donde quien porque mis tus ella ellos ellas
    nosotros ustedes tiene tienen había otro otra otros otras ya`,
  it: `gli una uno del dello della dei degli delle che chi con per non più sono era anche come dal dalla dai dalle nel nella nei nelle sul
    sulla sui sulle questo questa questi queste quello quella suo sua suoi sue mio mia tuo tua nostro nostra loro lui lei noi voi
    essere avere stato stata molto tutto tutti tutta tutte quando dove perché ma hanno abbiamo siamo`,
  pt: `uma uns umas dos das que com por para não mais como mas foi são ser tem seu sua seus suas este esta estes estas esse essa isso isto
    aquele aquela muito muita também entre quando onde porque pelo pela pelos pelas nos nas aos está estão era eram ele ela eles elas
    nós vocês meu minha todo todos toda todas já até sem sobre`,
  nl: `het een van dat die niet zijn was met voor als maar ook aan bij nog naar dan door over uit hij zij wij ons onze haar hun hem mijn
    jouw deze dit wat wie waar hoe heeft hebben had worden werd wordt kan kunnen zou zal veel meer geen omdat toen heel erg alle alles
    onder tussen tegen zonder tot zich`,
} as const;

export const LANGUAGES = Object.keys(LISTS) as (keyof typeof LISTS)[];
export type Language = keyof typeof LISTS;

const SETS = new Map<Language, ReadonlySet<string>>(LANGUAGES.map((language) => [language, new Set(LISTS[language].split(/\s+/))]));

export function isStopWord(word: string, languages: readonly Language[]): boolean {
  return languages.some((language) => SETS.get(language)?.has(word) === true);
}

/** The share of stop words from which on a text may be said to be in a language. */
const ENOUGH = 0.08;

/** Which languages the words are in, by their stop words: all that come near to the one that comes up most. */
export function languagesOf(counts: ReadonlyMap<string, number>): Language[] {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const hits = LANGUAGES.map((language) => {
    const words = SETS.get(language) ?? new Set<string>();
    let hit = 0;
    for (const word of words) hit += counts.get(word) ?? 0;
    return [language, hit] as const;
  });
  const most = Math.max(...hits.map(([, hit]) => hit));
  return hits.filter(([, hit]) => hit > 0 && hit >= all * ENOUGH && hit >= most * 0.7).map(([language]) => language);
}
