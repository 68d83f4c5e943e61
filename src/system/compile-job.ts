/** The program of the process that compiles large templates; `compile-apart.ts` asks it. */
import {
  compileTemplate,
  prepareToCompile,
  type TemplateFile,
  type TemplateResult,
} from '../merge/compile-template.js';
import { doJob } from './bounded-job.js';

export interface CompileQuestion {
  readonly file: TemplateFile;
  readonly subject: string | undefined;
}

doJob<CompileQuestion, TemplateResult>({
  prepare: prepareToCompile,
  answer: ({ file, subject }) => compileTemplate(file, subject),
});
