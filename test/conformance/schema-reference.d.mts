/** Where the page is. */
export declare const referenceFile: string;

/** The page, as the JSON Schema has it. */
export declare function makeReference(): string;
