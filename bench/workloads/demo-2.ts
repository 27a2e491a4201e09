// The second demo as a whole program, beside its Python original.
import { createDemo } from '../demo.ts';

export const workload = createDemo('demo-2', '2-context', '2_context');
