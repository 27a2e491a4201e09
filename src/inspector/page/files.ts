// Recordings as files: saved by a download, opened from the disk. Nothing leaves the machine.
import { signal } from '@preact/signals';
import { readRecording, writeRecording } from '../recording.ts';
import type { Timeline } from '../timeline.ts';
import type { Intake } from './intake.ts';

/** What could not be done with a file, for people. */
export const fileProblem = signal<string | undefined>(undefined);

/** Offers the timeline as a file to be saved. */
export function saveRecording({ header, records }: Timeline): void {
  const link = document.createElement('a');
  // in pieces: one text of all would have to be held twice
  const pieces: string[] = [];
  let piece = '';
  for (const line of writeRecording(header, records)) {
    piece += line;
    if (piece.length > PIECE) {
      pieces.push(piece);
      piece = '';
    }
  }
  link.href = URL.createObjectURL(new Blob([...pieces, piece], { type: 'application/x-ndjson' }));
  link.download = fileName(header.title, new Date());
  link.click();
  // the download has taken what it needs by then
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Shows the recording that a file holds, as far as it is whole. */
async function openRecording(file: File, intake: Intake): Promise<void> {
  fileProblem.value = undefined;
  try {
    const { header, ...rest } = readRecording(await file.text());
    if (header) intake.open({ header, ...rest }, file.name);
    else fileProblem.value = `${file.name} cannot be opened. ${rest.problem}`;
  } catch (error) {
    fileProblem.value = `${file.name} cannot be read: ${(error as Error).message}`;
  }
}

/** Lets the user choose a file. */
export function chooseRecording(intake: Intake): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.ndjson,.jsonl,.json,.txt';
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file) void openRecording(file, intake);
  });
  input.click();
}

/** Opens what is dropped on the page; returns a function that ends it. */
export function openDropped(intake: Intake, over: (isOver: boolean) => void): () => void {
  const listeners = new AbortController();
  const { signal: until } = listeners;
  addEventListener(
    'dragover',
    (event) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      over(true);
    },
    { signal: until },
  );
  addEventListener('dragleave', (event) => event.relatedTarget === null && over(false), { signal: until });
  addEventListener(
    'drop',
    (event) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      over(false);
      const file = event.dataTransfer?.files[0];
      if (file) void openRecording(file, intake);
    },
    { signal: until },
  );
  return () => listeners.abort();
}

const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

const PIECE = 1 << 20;

function fileName(title: string, now: Date): string {
  const safe = title.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replaceAll(/^-+|-+$/g, '') || 'troupe';
  return `${safe}-${now.toISOString().slice(0, 19).replaceAll(':', '-')}.ndjson`;
}
