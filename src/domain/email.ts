/** How addresses are compared: without regard to case. What the mailbox's own host makes of case is its business; two accounts that differ in nothing else would only mislead people. */

/** The form in which an address is compared and names its identity. It comes validated, in NFC. */
export function emailKey(email: string): string {
  return email.normalize("NFC").toLowerCase().normalize("NFC");
}

/** The name of the object that owns the password of this address. */
export function passwordIdentityName(email: string): string {
  return `password:${emailKey(email)}`;
}
