// The one file that a site embeds; its size is a promise of docs/tracker.md.
export default {
  directory: 'com/altcontext/api',
  largest: 3072,
  make: async (bundled) => ({ 'telemetry.js': await bundled('main.ts', { format: 'iife', target: 'es2020' }) }),
};
