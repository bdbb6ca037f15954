/** The tracker's main.ts, which starts when it is loaded. */
declare module 'tracker' {}

interface Window {
  altcontext?: {
    track(eventType: string, props?: object): void;
    pageView(url?: string, props?: object): void;
    optOut(): void;
    optIn(): void;
  };
}
