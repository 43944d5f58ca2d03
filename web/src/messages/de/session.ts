import type english from "../en/session";

export default {
  signIn: "Anmelden",
  signedIn: "angemeldet",
  signOut: "Abmelden",
  create: "Konto anlegen",
  haveAccount: "Ich habe ein Konto",
  about: "Öffentliche Modelle laufen ohne Konto. Private Modelle und der eigene Verlauf brauchen eines.",
  handle: "Name des Kontos",
  email: "E-Mail",
  password: "Passwort",
  newPassword: "Neues Passwort",
  close: "Schließen",
  signInWith: (provider: string) => `Anmelden mit ${provider}`,
  forgot: "Vergessen?",
  titles: { invitation: "Konto anlegen", reset: "Neues Passwort", "sign-in": "Anmeldung" },
  asked: "Gehört die Adresse zu einem Konto, ist eine Mail mit einem Link unterwegs.",
  createTheAccount: "Das Konto anlegen",
  sendLink: "Link senden",
  setPassword: "Passwort setzen",
  oneMoment: "Einen Moment …",
} satisfies typeof english;
