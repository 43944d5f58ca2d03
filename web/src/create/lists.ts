/** Words with commas or spaces between them. */
export const tagsOf = (text: string): string[] => text.split(/[\s,]+/).filter((tag) => tag !== "");
