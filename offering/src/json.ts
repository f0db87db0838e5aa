/** A JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A JSON object: a parsed payload, a schema, parameters. */
export type JsonObject = Record<string, Json>;
