// The one file that a site embeds. docs/tracker.md promises its size.
export default {
  directory: 'com/altcontext/api',
  largest: 3071,
  make: async (bundled) => ({
    'telemetry.js': await bundled('main.ts', {
      format: 'iife',
      target: 'es2020',
      // If a page has altered the browser's functions, the script fails silently.
      banner: { js: 'try{' },
      footer: { js: '}catch{}' },
      counted: { compress: { passes: 3, unsafe_arrows: true } },
    }),
  }),
};
