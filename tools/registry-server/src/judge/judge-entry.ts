/** The process of `openJudge`: what strangers publish is unpacked, read and judged here. */
import { answerQuestions } from '../process/answer-questions.ts';
import { judgeRelease } from './judge-release.ts';
import type { JudgeWork } from './judge-work.ts';

answerQuestions<JudgeWork>({ answer: judgeRelease });
