import { en, type Words } from './en';
import { formats, type Language } from './format';
import { fr } from './fr';

/** The page's language. The service chose it: the one that an address named, or the one that the browser prefers. */
export const language: Language = document.documentElement.lang === 'fr' ? 'fr' : 'en';
export const words: Words = language === 'fr' ? fr : en;
export const format = formats(language);
