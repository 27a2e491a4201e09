// The third demo as a whole program, beside its Python original.
import { createDemo } from '../demo.ts';

export const workload = createDemo('demo-3', '3-shared-memory', '3_shared_memory');
