/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** Fields of the console's forms: label, hint and error belong together, for eyes and for screen readers. */
import type { Child } from "hono/jsx";
import { errorOf, type Fill } from "./fill.ts";

type FieldProps = {
  /** Sets apart forms of one page whose fields have the same names. */
  readonly form: string;
  readonly name: string;
  readonly label: string;
  readonly fill: Fill;
  readonly hint?: Child;
  readonly optional?: boolean;
};

export type TextProps = FieldProps & {
  readonly type?: "text" | "email" | "url" | "date";
  /** What it holds when nothing was typed yet. */
  readonly value?: string;
  readonly autocomplete?: string;
  readonly maxlength?: number;
  readonly placeholder?: string;
  readonly pattern?: string;
  readonly autofocus?: boolean;
  readonly readonly?: boolean;
  /** Hooks of the page's script. */
  readonly data?: Readonly<Record<`data-${string}`, string>>;
};

export function fieldId(form: string, name: string): string {
  return `${form}-${name}`;
}

/** What a screen reader reads with the field. */
function described({ form, name, fill, hint }: FieldProps): Readonly<Record<string, string>> {
  const id = fieldId(form, name);
  const wrong = errorOf(fill, name) !== null;
  const by = [...(hint === undefined ? [] : [`${id}-hint`]), ...(wrong ? [`${id}-error`] : [])].join(" ");
  return { ...(by === "" ? {} : { "aria-describedby": by }), ...(wrong ? { "aria-invalid": "true" } : {}) };
}

function Label({ form, name, label, optional }: FieldProps) {
  return (
    <label for={fieldId(form, name)}>
      {label}
      {optional === true ? <span class="optional"> optional</span> : null}
    </label>
  );
}

function Below({ form, name, fill, hint }: FieldProps) {
  const id = fieldId(form, name);
  const wrong = errorOf(fill, name);
  return (
    <>
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {wrong === null ? null : (
        <p class="error" id={`${id}-error`}>
          {wrong}
        </p>
      )}
    </>
  );
}

export function TextField(props: TextProps) {
  const { form, name, fill, type = "text", value = "", optional, data } = props;
  const { autocomplete = "off", maxlength, placeholder, pattern, autofocus, readonly } = props;
  return (
    <div class="field">
      <Label {...props} />
      <input
        id={fieldId(form, name)}
        name={name}
        type={type}
        value={fill.values[name] ?? value}
        required={optional !== true}
        autocomplete={autocomplete}
        maxlength={maxlength}
        placeholder={placeholder}
        pattern={pattern}
        readonly={readonly}
        autofocus={autofocus === true && fill.message === null}
        {...(type === "text" && autocomplete === "off" ? { autocapitalize: "off" as const, spellcheck: false } : {})}
        {...described(props)}
        {...data}
      />
      <Below {...props} />
    </div>
  );
}

/** Never filled in again. The toggle appears where there is script to work it. */
export function PasswordField(props: FieldProps & { readonly autocomplete: "current-password" | "new-password" }) {
  const { form, name, autocomplete } = props;
  const id = fieldId(form, name);
  return (
    <div class="field">
      <Label {...props} />
      <div class="joined">
        <input id={id} name={name} type="password" required autocomplete={autocomplete} {...described(props)} />
        <button class="inner scripted" type="button" data-reveal={id} aria-controls={id} aria-pressed="false">
          Show<span class="vh"> {props.label.toLowerCase()}</span>
        </button>
      </div>
      <Below {...props} />
    </div>
  );
}

export function AreaField(
  props: FieldProps & {
    readonly value?: string;
    readonly rows: number;
    readonly maxlength?: number;
    readonly placeholder?: string;
  },
) {
  const { form, name, fill, value = "", rows, maxlength, placeholder, optional } = props;
  return (
    <div class="field">
      <Label {...props} />
      <textarea
        id={fieldId(form, name)}
        name={name}
        rows={rows}
        maxlength={maxlength}
        placeholder={placeholder}
        required={optional !== true}
        {...described(props)}
      >
        {/* A line break right after the tag is not part of the text. */}
        {`\n${fill.values[name] ?? value}`}
      </textarea>
      <Below {...props} />
    </div>
  );
}

export type Option = { readonly value: string; readonly label: string };

export function SelectField(props: FieldProps & { readonly value: string; readonly options: readonly Option[] }) {
  const { form, name, fill, value, options } = props;
  const chosen = fill.values[name] ?? value;
  return (
    <div class="field">
      <Label {...props} />
      <select id={fieldId(form, name)} name={name} {...described(props)}>
        {options.map((option) => (
          <option value={option.value} selected={option.value === chosen}>
            {option.label}
          </option>
        ))}
      </select>
      <Below {...props} />
    </div>
  );
}

/** A box or one of several buttons; an unticked one is simply not sent, so what was sent before decides once there is something. */
export function Tick({
  form,
  name,
  value = "on",
  type = "checkbox",
  checked,
  label,
  says,
}: {
  readonly form: string;
  readonly name: string;
  readonly value?: string;
  readonly type?: "checkbox" | "radio";
  readonly checked: boolean;
  readonly label: string;
  readonly says?: string;
}) {
  const id = fieldId(form, type === "radio" ? `${name}-${value}` : name);
  return (
    <div class="tick">
      <input
        id={id}
        type={type}
        name={name}
        value={value}
        checked={checked}
        {...(says === undefined ? {} : { "aria-describedby": `${id}-says` })}
      />
      <div>
        <label for={id}>{label}</label>
        {says === undefined ? null : (
          <p class="hint" id={`${id}-says`}>
            {says}
          </p>
        )}
      </div>
    </div>
  );
}

/** Which form this is: a page takes all of its forms at its own address. */
export function Action({
  name,
  fields = {},
}: {
  readonly name: string;
  readonly fields?: Readonly<Record<string, string>>;
}) {
  return (
    <>
      <input type="hidden" name="action" value={name} />
      {Object.entries(fields).map(([key, value]) => (
        <input type="hidden" name={key} value={value} />
      ))}
    </>
  );
}

/** What was refused, with a link to each field. It takes the focus when the page opens. */
export function Summary({
  form,
  fill,
  labels = {},
}: {
  readonly form: string;
  readonly fill: Fill;
  readonly labels?: Readonly<Record<string, string>>;
}) {
  if (fill.message === null) return null;
  return (
    <div class="summary" role="alert" tabindex={-1} autofocus>
      <p>{fill.message}</p>
      {fill.errors.length === 0 ? null : (
        <ul>
          {fill.errors.map(({ path, message }) => (
            <li>
              <a href={`#${fieldId(form, path)}`}>{labels[path] ?? path}</a>: {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
