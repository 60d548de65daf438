declare const brand: unique symbol;

/** A primitive that only its own parser makes. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };
