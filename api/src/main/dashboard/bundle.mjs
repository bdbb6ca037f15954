// The page in each language, with the script and style, which the pages name by the hash of their content.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const hash = (content) => createHash('sha256').update(content).digest('hex').slice(0, 16);

export default {
  directory: 'com/altcontext/api/dashboard',
  largest: 61440,
  make: async (bundled) => {
    const script = await bundled('main.ts', { format: 'iife', target: 'es2022' });
    const style = await bundled('main.css', { target: 'es2022' });
    const page = readFileSync(new URL('index.html', import.meta.url), 'utf8')
      .replace('app.js', `app.${hash(script)}.js`)
      .replace('app.css', `app.${hash(style)}.css`);
    const inLanguage = (lang, signedOut) => page.replace('"{lang}"', `"${lang}"${signedOut ? ' data-signed-out' : ''}`);
    return {
      'index.en.html': inLanguage('en', false),
      'index.fr.html': inLanguage('fr', false),
      'signed-out.en.html': inLanguage('en', true),
      'signed-out.fr.html': inLanguage('fr', true),
      'app.js': script,
      'app.css': style,
    };
  },
};
