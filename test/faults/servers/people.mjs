/** Accounts of the people that servers deliver to, for a root of its own; `nosuch@example.com` is nobody. */
const count = 100;

export const people = Array.from({ length: count }, (_, index) => `person${index + 1}`);

export const accountsOfPeople = Object.fromEntries(people.map(name => [name, `/home/${name}`]));

/** A folder of `/home` → address. */
export const addressOfHome = name => `${name}@example.com`;
