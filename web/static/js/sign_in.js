// The place in a page that somebody wanted: no server sees it, so signing in would lose it.
import { all } from "./dom.js";

for (const field of all('input[name="next"]')) if (field.value) field.value += location.hash;
for (const link of all('a[href^="/sign-in/oidc?next=/"]')) link.href += encodeURIComponent(location.hash);
