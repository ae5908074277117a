/** Where `nsbox update` writes down what it changed, for the later starts of the container: path, tab and value a line. */
export const overridesIn = (directory: string): string => `${directory}/limits`;
