import { read } from './view';

const heading = document.createElement('h1');
heading.textContent = document.title;
document.body.append(heading);
document.body.dataset.window = read(location.search).window;
