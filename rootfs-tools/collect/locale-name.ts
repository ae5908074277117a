/** Names of locales, see setlocale(3): `language_TERRITORY.CODESET@modifier`. */

/** The parts of a name. */
export interface LocaleName {
  readonly language: string;
  readonly territory: string;
  readonly codeset: string;
  readonly modifier: string;
}

/** The parts of `name`; `undefined` where it is none, such as a path. */
export function parseLocale(name: string): LocaleName | undefined {
  const [all, language = "", territory = "", codeset = "", modifier = ""] =
    /^([A-Za-z0-9-]+)(?:_([A-Za-z0-9-]+))?(?:\.([A-Za-z0-9_:-]+))?(?:@([A-Za-z0-9_-]+))?$/.exec(name) ?? [];
  return all === undefined ? undefined : { language, territory, codeset, modifier };
}

/** A codeset as directories spell it: `UTF-8` is `utf8`, `8859-1` is `iso88591`. */
export function normalCodeset(codeset: string): string {
  const normal = codeset.toLowerCase().replace(/[^a-z0-9]/g, "");
  return /^\d+$/.test(normal) ? `iso${normal}` : normal;
}

/** One spelling for all the ways to write a locale. */
export function normalLocale(name: string): string {
  const parts = parseLocale(name);
  return parts === undefined ? name : spell({ ...parts, codeset: normalCodeset(parts.codeset) });
}

/** `parts` as one name. */
export const spell = ({ language, territory, codeset, modifier }: LocaleName): string =>
  language +
  (territory === "" ? "" : `_${territory}`) +
  (codeset === "" ? "" : `.${codeset}`) +
  (modifier === "" ? "" : `@${modifier}`);

/** Where gettext(3) looks for translations, the most exact first. */
export function translationsOf(name: string): string[] {
  const parts = parseLocale(name);
  if (parts === undefined) return [];
  const { language, territory, codeset, modifier } = parts;
  const names = new Set<string>();
  for (const mod of new Set([modifier, ""])) {
    for (const land of new Set([territory, ""])) {
      for (const code of new Set([codeset, normalCodeset(codeset), ""]))
        names.add(spell({ language, territory: land, codeset: code, modifier: mod }));
    }
  }
  return [...names];
}
