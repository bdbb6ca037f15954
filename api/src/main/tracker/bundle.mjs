// The one file that a site embeds; its size is a promise of docs/tracker.md.
export default {
  directory: 'com/altcontext/api',
  largest: 3071,
  make: async (bundled) => ({
    'telemetry.js': await bundled('main.ts', {
      format: 'iife',
      target: 'es2020',
      // In a browser that a page has altered, the script fails silently.
      banner: { js: 'try{' },
      footer: { js: '}catch{}' },
      counted: { compress: { passes: 3, unsafe_arrows: true } },
    }),
  }),
};
