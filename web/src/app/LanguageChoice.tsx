import { language, LANGUAGES, type Language } from "../messages/language";
import { say, speak } from "../messages/messages";

/** In which language the page speaks. */
export function LanguageChoice() {
  return (
    <select
      class="input language"
      aria-label={say.app.language}
      title={say.app.language}
      value={language.value}
      onChange={(event) => void speak(event.currentTarget.value as Language)}
    >
      {Object.entries(LANGUAGES).map(([tag, name]) => (
        <option key={tag} value={tag} lang={tag} title={name}>
          {tag.toUpperCase()}
        </option>
      ))}
    </select>
  );
}
