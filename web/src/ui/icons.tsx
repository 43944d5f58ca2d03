import type { ModelKind } from "../api/generated/graphql";
import type { ComponentChildren } from "preact";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
    <rect width="32" height="32" rx="7" fill="currentColor" />
    <path class="mark-lines" d="M8 10h9M8 16h16M8 22h5" stroke-width="3" stroke-linecap="round" />
    <circle class="mark-dot" cx="19" cy="22" r="2" />
  </svg>
);

export const DiceIcon = () => (
  <Icon>
    <rect x="2.25" y="2.25" width="11.5" height="11.5" rx="2.5" />
    <path d="M5.5 5.5h.01M10.5 5.5h.01M8 8h.01M5.5 10.5h.01M10.5 10.5h.01" stroke-width="2" />
  </Icon>
);

export const SunIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="2.75" />
    <path d="M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7" />
  </Icon>
);

export const MoonIcon = () => (
  <Icon>
    <path d="M13.5 9.6A5.75 5.75 0 0 1 6.4 2.5a5.75 5.75 0 1 0 7.1 7.1Z" />
  </Icon>
);

export const AutoIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="5.75" />
    <path d="M8 2.25v11.5a5.75 5.75 0 0 0 0-11.5Z" fill="currentColor" />
  </Icon>
);

export const DownloadIcon = () => (
  <Icon>
    <path d="M8 2.5v7.5M4.75 7 8 10.25 11.25 7M2.75 13.25h10.5" />
  </Icon>
);

export const CopyIcon = () => (
  <Icon>
    <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
    <path d="M3.5 10.5h-.25a1 1 0 0 1-1-1v-6.25a1 1 0 0 1 1-1H9.5a1 1 0 0 1 1 1v.25" />
  </Icon>
);

export const SearchIcon = () => (
  <Icon>
    <circle cx="7" cy="7" r="4.25" />
    <path d="m10.25 10.25 3.25 3.25" />
  </Icon>
);

export const LinkIcon = () => (
  <Icon>
    <path d="M6.75 9.25a2.6 2.6 0 0 0 3.7 0l2.1-2.1a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.25 6.75a2.6 2.6 0 0 0-3.7 0l-2.1 2.1a2.6 2.6 0 0 0 3.7 3.7l.8-.8" />
  </Icon>
);

export const RetryIcon = () => (
  <Icon>
    <path d="M13 8a5 5 0 1 1-1.5-3.6M13 2.5v2.75h-2.75" />
  </Icon>
);

export const ThumbIcon = ({ isDown }: { isDown: boolean }) => (
  <Icon>
    <path
      d="M5.25 7.25 7.75 2a1.5 1.5 0 0 1 1.5 1.5V6h3.1a1.25 1.25 0 0 1 1.2 1.6l-1.4 4.9a1.25 1.25 0 0 1-1.2.9h-5.7zM5.25 7.25h-2.5v6.15h2.5"
      transform={isDown ? "rotate(180 8 8)" : undefined}
    />
  </Icon>
);

export function LockIcon({ label }: { label: string }) {
  return (
    <span class="lock" role="img" aria-label={label} title={label}>
      <Icon>
        <rect x="3.25" y="7" width="9.5" height="6.5" rx="1.5" />
        <path d="M5.25 7V5.25a2.75 2.75 0 0 1 5.5 0V7" />
      </Icon>
    </span>
  );
}

const KIND_PATHS: Record<ModelKind, string> = {
  TEXT_GENERATION: "M2.5 4h11M2.5 8h8M2.5 12h9.5",
  IMAGE_GENERATION: "M2.5 3h11v10h-11zM2.5 11l3.25-3.5 2.5 2.5 2-1.75L13.5 11M10.5 5.75h.01",
  CUSTOM: "M6 3.5 2.5 8 6 12.5M10 3.5 13.5 8 10 12.5",
};

export const KindIcon = ({ kind }: { kind: ModelKind }) => (
  <Icon>
    <path d={KIND_PATHS[kind]} />
  </Icon>
);
