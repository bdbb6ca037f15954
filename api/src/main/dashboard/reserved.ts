/** The domains that RFC 2606 and RFC 6761 reserve for tests and examples: no person has an address there. */
const RESERVED = /(?:^|\.)(?:test|example|invalid|localhost|example\.(?:com|net|org))$/i;

export const isForTests = (email: string): boolean => RESERVED.test(email.slice(email.lastIndexOf('@') + 1));
