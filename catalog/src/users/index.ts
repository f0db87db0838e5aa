export * from './find-users.js';
