// Asks the browser about a key (Web Authentication) and sends the form with what it says.
type Options = Record<string, unknown>;
interface Keys {
  parseCreationOptionsFromJSON(options: Options): PublicKeyCredentialCreationOptions;
  parseRequestOptionsFromJSON(options: Options): PublicKeyCredentialRequestOptions;
}

async function ask(kind: string, options: Options): Promise<unknown> {
  const keys = window.PublicKeyCredential as unknown as Keys | undefined;
  if (!keys?.parseRequestOptionsFromJSON) throw new Error("This browser is too old for keys.");
  const made =
    kind === "create"
      ? await navigator.credentials.create({ publicKey: keys.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: keys.parseRequestOptionsFromJSON(options) });
  if (!made) throw new Error("The browser gave no key.");
  return (made as unknown as { toJSON(): unknown }).toJSON();
}

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-key]")) {
  const form = button.form;
  const problem = form?.querySelector<HTMLElement>("[data-key-problem]");
  const answer = form?.elements.namedItem("answer");
  if (!form || !problem || !(answer instanceof HTMLInputElement)) continue;
  form.addEventListener("submit", async (event) => {
    if (answer.value) return;
    event.preventDefault();
    button.disabled = true;
    problem.hidden = true;
    try {
      answer.value = JSON.stringify(await ask(button.dataset.key ?? "", JSON.parse(button.dataset.options ?? "{}")));
      form.submit();
    } catch (e) {
      // Cancelled, timed out, or a key that is there already: what the browser says is for people.
      problem.textContent = e instanceof Error ? e.message : String(e);
      problem.hidden = false;
      button.disabled = false;
    }
  });
}
