// The page's entry.
import { render } from 'preact';

render(<main>troupe</main>, document.querySelector('#app') as Element);
