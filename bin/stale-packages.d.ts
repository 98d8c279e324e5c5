// What stale-packages.js offers, for the compiler: it is plain JavaScript, because it runs before everything else.
export function stalePackages(root: string, options?: { readonly withDev?: boolean }): string[];
export function staleRefusal(root: string, options?: { readonly withDev?: boolean }): string;
