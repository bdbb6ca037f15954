import { en, type Words } from './en';
import { formats, type Language } from './format';
import { fr } from './fr';

/** The page's language: the service has chosen it, by what was named or by what the browser prefers. */
export const language: Language = document.documentElement.lang === 'fr' ? 'fr' : 'en';
export const words: Words = language === 'fr' ? fr : en;
export const format = formats(language);
